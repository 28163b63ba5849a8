"""The everyday operations on a workspace, from Python."""

from intercom_pipeline.api.blocking import Intercom
from intercom_pipeline.api.client import AsyncIntercom, NotOpen, connection_for
from intercom_pipeline.api.records import Admin, Article, Contact, Conversation, Record
from intercom_pipeline.api.stored import NotStored, Stored, stored
from intercom_pipeline.replies.reply import MessageType, ReplyRefused, ReplyUncertain, Sent

__all__ = [
    "Admin",
    "Article",
    "AsyncIntercom",
    "Contact",
    "Conversation",
    "Intercom",
    "MessageType",
    "NotOpen",
    "NotStored",
    "Record",
    "ReplyRefused",
    "ReplyUncertain",
    "Sent",
    "Stored",
    "connection_for",
    "stored",
]
