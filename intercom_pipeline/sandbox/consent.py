"""What the consent screen looks like. It works without scripts, cookies or anything from elsewhere."""

from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from types import MappingProxyType
from urllib.parse import urlsplit

from intercom_pipeline.sandbox.endpoint import Answer

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "contacts": "Read and write people and companies",
        "conversations": "Read and list conversations",
        "reply": "Reply to conversations",
        "articles": "Read articles",
        "admins": "Read teammates and teams",
        "tags": "Read tags",
        "tickets": "Read tickets",
    }
)
"""A family of endpoints -> what the screen says of it. Intercom shows those ticked in the Developer Hub."""

_STYLE = """
body { margin: 0; background: #f2f1ee; color: #1f1f1f; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 27rem; margin: 3rem auto; padding: 2rem; background: #fff; border-radius: 12px; }
h1 { margin: 0 0 1rem; font-size: 1.35rem; line-height: 1.3; }
button { padding: .6rem 1.1rem; border: 1px solid #ccc; border-radius: 8px; background: #fff; font: inherit; }
button[value=authorize] { border-color: #1f1f1f; background: #1f1f1f; color: #fff; }
small { display: block; margin-top: 1.5rem; color: #666; }
"""
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>
<body><main>{content}
<small>A pretend Intercom on this machine (intercom-pipeline sandbox).</small></main></body></html>
"""
_CONSENT = """<h1>{app} would like access to {workspace}</h1>
<p>It will be able to:</p>
<ul>{permissions}</ul>
<form method="post" action="/oauth">{fields}
<button name="decision" value="authorize">Authorize access</button>
<button name="decision" value="cancel">Cancel</button>
</form>"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What an app asks for in the address that it leads the browser to."""

    client_id: str
    redirect_url: str
    state: str | None = field(repr=False)

    @property
    def fields(self) -> dict[str, str]:
        """The same as the form sends it on."""
        asked = {"client_id": self.client_id, "redirect_uri": self.redirect_url}
        return asked if self.state is None else asked | {"state": self.state}


def consent_page(asked: Asked, *, app: str, workspace: str, without: Collection[str]) -> Answer:
    """The question whether `app` may have access, but for the families `without`."""
    told = [text for family, text in PERMISSIONS.items() if family not in without]
    content = _CONSENT.format(
        app=escape(app),
        workspace=escape(workspace),
        permissions="".join(f"<li>{escape(text)}</li>" for text in told),
        fields="".join(_hidden(name, value) for name, value in asked.fields.items()),
    )
    # Chromium holds the redirect that answers a form against form-action, too.
    back = urlsplit(asked.redirect_url)
    return _page("Authorize access", content, form_action=f"'self' {back.scheme}://{back.netloc}")


def refusal_page(reason: str) -> Answer:
    """The page in place of the question: nobody is led to an address that is not the app's."""
    return _page("Not possible", f"<h1>This app cannot be authorized</h1><p>{escape(reason)}</p>", status=400)


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def _page(title: str, content: str, *, form_action: str = "'none'", status: int = 200) -> Answer:
    body = _PAGE.format(title=escape(title), style=_STYLE, content=content)
    return Answer(body=body.encode(), status=status, headers=_headers(form_action))


def _headers(form_action: str) -> dict[str, str]:
    policy = (
        "default-src 'none'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        f"form-action {form_action}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
