"""A workspace with a person who is everywhere in it: as a customer, an author, and in what others wrote."""

from dataclasses import dataclass

from intercom_pipeline.sandbox import Sandbox, Workspace

NAME, EMAIL, PHONE = "Zelda Canaryname", "Zelda@Canary.example", "+353 1 555 0199"
SAID = "zelda-said-canary"
NAMED = {NAME, EMAIL, EMAIL.lower(), PHONE, "zelda-in-our-product", "zelda-attribute-canary"}
EVERYTHING = NAMED | {
    SAID,
    "answered-zelda-canary",
    "noted-canary",
    "call-canary",
    "file-canary",
    "ticket-canary",
}
KEPT = {"other-said-canary", "Other Canaryname", "told-by-other-canary"}
"""What somebody else said, in a conversation that both were in too."""


_FILE = {
    "type": "upload",
    "name": "file-canary.pdf",
    "url": "https://x.example/file-canary",
    "filesize": 3,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A workspace with somebody who is everywhere in it, and ids of what is about them."""

    sandbox: Sandbox
    zelda: str
    other: str
    alone: str
    together: str
    elsewhere: str
    ticket: str


def tell(sandbox: Sandbox) -> Told:
    """Write the person into all that a workspace has."""
    workspace = sandbox.workspace
    zelda = workspace.create_contact(
        name=NAME,
        email=EMAIL,
        phone=PHONE,
        external_id="zelda-in-our-product",
        custom_attributes={"note": "zelda-attribute-canary"},
    )["id"]
    other = workspace.create_contact(name="Other Canaryname", email="other@canary.example")["id"]
    alone = _alone(workspace, zelda)
    _around(workspace, zelda, conversation=alone)
    title = {"_default_title_": "ticket-canary"}
    return Told(
        sandbox=sandbox,
        zelda=zelda,
        other=other,
        alone=alone,
        together=_together(workspace, zelda, other),
        elsewhere=_elsewhere(workspace, other),
        ticket=workspace.create_ticket(contact_id=zelda, attributes=title)["id"],
    )


def _alone(workspace: Workspace, zelda: str) -> str:
    """A conversation of hers alone."""
    begun = workspace.create_conversation(contact_id=zelda, body=f"<p>{SAID}</p>", title=f"About {NAME}")
    workspace.reply(begun["id"], "<p>answered-zelda-canary</p>")
    workspace.reply(begun["id"], f"<p>{SAID} 2</p>", contact_id=zelda, attachments=[_FILE])
    return str(begun["id"])


def _together(workspace: Workspace, zelda: str, other: str) -> str:
    """A conversation with somebody else."""
    begun = workspace.create_conversation(contact_id=other, body="<p>other-said-canary</p>")
    workspace.join_conversation(begun["id"], zelda)
    workspace.reply(begun["id"], f"<p>{SAID} 3</p>", contact_id=zelda, attachments=[_FILE])
    return str(begun["id"])


def _elsewhere(workspace: Workspace, other: str) -> str:
    """A conversation of somebody else's that mentions her."""
    body = f"<p>told-by-other-canary: write to {EMAIL}, or call {PHONE}; {NAME.upper()} is hers</p>"
    return str(workspace.create_conversation(contact_id=other, body=body)["id"])


def _around(workspace: Workspace, zelda: str, *, conversation: str) -> None:
    """A note about her, a call, a company and its note, a segment."""
    workspace.add_note(zelda, body="<p>noted-canary</p>")
    call = workspace.create_call(conversation_id=conversation, phone=PHONE)["id"]
    workspace.end_call(call, said=["call-canary"])
    company = workspace.create_company(name="Canary & Co.")["id"]
    workspace.attach_company(zelda, company)
    workspace.add_company_note(company, body=f"<p>Ask {NAME} for the papers: {EMAIL}</p>")
    workspace.join_segment(zelda, workspace.records("segments")[0]["id"])
