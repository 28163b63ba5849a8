"""What to do in Intercom's Developer Hub before a login."""

from typing import Final

from intercom_pipeline.intercom.oauth import CONSENT_HOSTS

PERMISSIONS: Final = (
    "Read and list users and companies",
    "Write users and companies",
    "Read conversations",
    "Write conversations (to reply)",
    "Read and list articles",
)
"""What the everyday commands need; `intercom-pipeline streams` names what each stream needs."""


def hub(region: str) -> str:
    """The address of the Developer Hub for a region's workspaces."""
    return f"{CONSENT_HOSTS[region]}/a/apps/_/developer-hub"


def steps(redirect_url: str, region: str) -> list[str]:
    """Lines that lead to an app which one can log in with; the redirect URL has to be added as it is."""
    return [
        "To log in you need an app of your own in Intercom's Developer Hub:",
        f"1. Open {hub(region)} and create an app (New app).",
        "2. Under Configure, Authentication, press Edit and tick Use OAuth.",
        "3. Add this redirect URL, exactly:",
        f"     {redirect_url}",
        "   If the Developer Hub insists on https, add an https address of yours that ends in the same path,",
        "   name it with --redirect-url, and paste the address that the browser arrives at.",
        "4. Tick the permissions, and those of the streams you sync (intercom-pipeline streams):",
        *(f"     {permission}" for permission in PERMISSIONS),
        "5. Put the client id and secret (Configure, Basic information) into .env as INTERCOM_CLIENT_ID and",
        "   INTERCOM_CLIENT_SECRET, or type them when asked.",
        "For your own workspace its access token is enough: intercom-pipeline auth login --with-token.",
    ]
