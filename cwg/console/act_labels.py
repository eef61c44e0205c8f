"""Words for the codes of the record: acts of the journal, lines of the access log, kinds of mail."""

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    # Acts of the register and of the portal.
    "registered": _("Registered"),
    "revised": _("Revised"),
    "late": _("Late, not registered"),
    "withdrawn": _("Withdrawn"),
    "disclosure": _("Disclosure changed"),
    "objected": _("Objection made"),
    "objection_lifted": _("Objection taken back"),
    "deadline": _("Deadline set"),
    "deadlines_changed": _("Deadlines changed"),
    "deadline_rule": _("Deadline rule kept"),
    "convened": _("Meeting convened"),
    "announced": _("Meeting announced"),
    "moved": _("Meeting moved"),
    "closed": _("Meeting closed"),
    "request": _("Request recorded"),
    "request_withdrawn": _("Request withdrawn"),
    "notice_sent_again": _("Mail sent again"),
    "translation": _("Translation added"),
    "archive_opened": _("Archive opened"),
    "archived": _("Entered into the archive"),
    "restored": _("Restored from a backup"),
    "access-sealed": _("Access log sealed"),
    "demonstration": _("Demonstration data"),
    "signing_key_made": _("Signing key made"),
    "signing_key_retired": _("Signing key retired"),
    # The access log.
    "signed_in": _("Signed in"),
    "signed_out": _("Signed out"),
    "sign_in_failed": _("Sign-in failed"),
    "password_changed": _("Password changed"),
    "password_reset": _("Password reset"),
    "password_reset_asked": _("Password reset asked for"),
    "password_reset_sent": _("Password reset sent by staff"),
    "invited": _("Invited"),
    "invitation_accepted": _("Invitation accepted"),
    "invitation_revoked": _("Invitation revoked"),
    "invitation_sent_again": _("Invitation sent again"),
    "accreditation_granted": _("Role given"),
    "accreditation_ended": _("Role ended"),
    "role_changed": _("Role changed"),
    "person_disabled": _("Account closed"),
    "person_enabled": _("Account opened again"),
    "settings_changed": _("Own settings changed"),
    "calendar_address_made": _("Calendar address made"),
    "calendar_address_removed": _("Calendar address removed"),
    "downloaded": _("Downloaded"),
    "downloaded all": _("Downloaded all documents of a meeting"),
    "downloaded letter": _("Downloaded the letter by which a paper came"),
    "exported chain": _("Downloaded the chain of a meeting's register"),
    # Kinds of mail.
    "invitation": _("Invitation"),
    "chain_heads": _("Heads of the chains"),
    "meeting_announced": _("Meeting announced"),
    "meeting_moved": _("Meeting moved"),
    "request_recorded": _("Request recorded"),
    "document_registered": _("Document registered"),
    "translation_added": _("Translation added"),
    "document_withdrawn": _("Document withdrawn by the secretariat"),
    "objection": _("Objection to a document"),
    "contribution_held": _("Draft held for the next meeting"),
    "submission_asked": _("Asked to submit"),
    "sponsorship_asked": _("Asked to join"),
    "sponsorship_answered": _("Answer about joining"),
    "deadline_reminder": _("Reminder of a deadline"),
    "deadline_reminder_submitted": _("Reminder of a deadline, after submission"),
}


def label_of(code: str) -> str:
    """The words for `code`; a code nobody has put into words yet stands as it is, readably."""
    return str(WORDS.get(code) or code.replace("_", " ").capitalize())
