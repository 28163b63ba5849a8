"""The consent screen, the exchange of its code for a token, and giving a token back.

Intercom's descriptions of the API leave all this out; its guides "Setting up OAuth" and "Installing and
uninstalling apps" tell of it.
"""

from collections.abc import Mapping
from functools import partial
from urllib.parse import parse_qsl, urlencode, urlsplit

from intercom_pipeline.sandbox.conditions import Conditions
from intercom_pipeline.sandbox.consent import Asked, consent_page, refusal_page
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import invalid, missing
from intercom_pipeline.sandbox.oauth import OAuth

_FORM = "application/x-www-form-urlencoded"
_SEE_OTHER = 303


def endpoints(oauth: OAuth, conditions: Conditions, app_name: str) -> tuple[Endpoint, ...]:
    """The endpoints that an app's login meets; all but the last ask for no token."""
    show = partial(_show, oauth, conditions, app_name)
    return (
        Endpoint(method="GET", route="/oauth", family="oauth", answer=show, open=True),
        Endpoint(method="POST", route="/oauth", family="oauth", answer=partial(_decide, oauth), open=True),
        Endpoint(
            method="POST",
            route="/auth/eagle/token",
            family="oauth",
            answer=partial(_exchange, oauth),
            open=True,
        ),
        Endpoint(method="POST", route="/auth/uninstall", family="oauth", answer=partial(_uninstall, oauth)),
    )


def _show(oauth: OAuth, conditions: Conditions, app_name: str, call: Call) -> Answer:
    asked = _asked(oauth, call.query)
    if isinstance(asked, Answer):
        return asked
    workspace = call.workspace.app()["name"]
    return consent_page(asked, app=app_name, workspace=workspace, without=conditions.missing_permissions)


def _decide(oauth: OAuth, call: Call) -> Answer:
    # Nobody is logged in to a sandbox, so a forged form could take nothing from anybody.
    fields = _form(call)
    asked = _asked(oauth, fields)
    if isinstance(asked, Answer):
        return asked
    match fields.get("decision"):
        case "authorize":
            return _back(asked, code=oauth.grant())
        case "cancel":
            # The guide does not say what a refusal leads to; this is OAuth 2 (RFC 6749, 4.1.2.1).
            return _back(asked, error="access_denied")
    return refusal_page("The form says neither yes nor no.")


def _asked(oauth: OAuth, fields: Mapping[str, str]) -> Asked | Answer:
    """What is asked for, or the page that refuses it."""
    if fields.get("client_id") != oauth.client_id:
        return refusal_page("There is no app with this client_id.")
    # "If not specified a default is chosen": the first of the app's URLs.
    redirect_url = fields.get("redirect_uri") or next(iter(oauth.redirect_urls), "")
    if not oauth.registered(redirect_url):
        return refusal_page("The redirect_uri is none of the app's redirect URLs.")
    return Asked(client_id=oauth.client_id, redirect_url=redirect_url, state=fields.get("state"))


def _back(asked: Asked, **told: str) -> Answer:
    """Lead the browser to the redirect URL, with what is told and the state as it came."""
    state = {} if asked.state is None else {"state": asked.state}
    joint = "&" if urlsplit(asked.redirect_url).query else "?"
    headers = {
        "Location": f"{asked.redirect_url}{joint}{urlencode(told | state)}",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Answer(body=b"", status=_SEE_OTHER, headers=headers)


def _exchange(oauth: OAuth, call: Call) -> Answer:
    fields = _form(call) if call.headers.get("content-type", "").startswith(_FORM) else call.body
    for name in ("code", "client_id", "client_secret"):
        if not fields.get(name):
            raise missing(f"{name} is required", field=name)
    # A redirect_uri may come along, as OAuth 2 has it; Intercom's guide knows none here.
    token = oauth.exchange(
        code=str(fields["code"]),
        client_id=str(fields["client_id"]),
        client_secret=str(fields["client_secret"]),
    )
    return json_answer({"token_type": "Bearer", "token": token, "access_token": token})


def _uninstall(oauth: OAuth, call: Call) -> Answer:
    oauth.uninstall(call.token)
    # What the answer holds is not documented; clients look at its status.
    return json_answer({})


def _form(call: Call) -> dict[str, str]:
    try:
        return dict(parse_qsl(call.raw.decode(), keep_blank_values=True))
    except UnicodeDecodeError as error:
        raise invalid("The request body is not valid UTF-8", code="bad_request") from error
