"""An issue for each document that fails: opened once, closed when it is well again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tostrack.errors import NotifyError
from tostrack.notify.message import Post
from tostrack.render.failure_issues import FailureIssue

_API = "https://api.github.com"
_LABEL = "tostrack"
_MARK = re.compile(r"<!-- tostrack:([a-z0-9/-]{1,130}) -->")
#: GitHub refuses a body of 65,536 characters.
_LARGEST = 60_000
#: Pages of a hundred issues: more documents than that do not fail one by one.
_PAGES = 20


class FailureIssues:
    """The issues of one repository that this module has opened: they carry a mark, so nothing else has to be kept."""

    def __init__(self, repository: str, token: str, post: Post) -> None:
        """Ask nothing yet.

        Raises:
            NotifyError: There is no token.
        """
        if not token:
            raise NotifyError("issues need a token: set TOSTRACK_GITHUB_TOKEN or GITHUB_TOKEN", down=True)
        self._root = f"{_API}/repos/{repository}/issues"
        self._token = token
        self._post = post

    def sync(self, troubles: Iterable[FailureIssue]) -> Iterator[str]:
        """Open an issue for each of *troubles* that has none, close those of the others; yield a line for each.

        Raises:
            NotifyError: GitHub refused; what was done is done, and the next run goes on.
        """
        known, wanted = self._open(), {trouble.id: trouble for trouble in troubles}
        for trouble in wanted.values():
            if trouble.id in known:
                continue
            body = f"<!-- tostrack:{trouble.id} -->\n{trouble.body[:_LARGEST]}"
            made = self._ask("POST", "", {"title": trouble.title[:250], "body": body, "labels": [_LABEL]})
            yield f"{trouble.id}: opened issue {made['number']}"
        for name in sorted(known.keys() - wanted.keys()):
            number = known[name]
            self._ask("POST", f"/{number}/comments", {"body": "It is fetched again: closed by tostrack."})
            self._ask("PATCH", f"/{number}", {"state": "closed", "state_reason": "completed"})
            yield f"{name}: closed issue {number}"

    def _open(self) -> dict[str, int]:
        """Return the numbers of our open issues by document, the oldest of each."""
        found: dict[str, int] = {}
        for page in range(1, _PAGES + 1):
            listed = self._ask("GET", f"?state=open&labels={_LABEL}&sort=created&per_page=100&page={page}")
            for issue in listed:
                if mark := _MARK.search(issue.get("body") or ""):
                    found.setdefault(mark[1], int(issue["number"]))
            if len(listed) < 100:
                break
        return found

    def _ask(self, method: str, path: str, content: object = None) -> Any:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        body = b"" if content is None else json.dumps(content).encode()
        status, said = self._post(method, self._root + path, headers, body)
        if not 200 <= status < 300:
            raise NotifyError(f"GitHub answered {status} to {method} issues{path.partition('?')[0]}", down=True)
        try:
            return json.loads(said)
        except ValueError as error:
            raise NotifyError("GitHub's answer is no JSON", down=True) from error
