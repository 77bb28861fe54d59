"""The parts of texts: one tokenizer for all of them, and one file of words a language.

A language is one TOML file in this folder; `words` reads them, `tokens` cuts a text into classified tokens, `compare`
says which tokens two texts do not share, `detect` tells which language a text is in. Nothing is read before it is
asked for.
"""
