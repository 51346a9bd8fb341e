"""CodeActInstruct: conversations that a model is trained on, collected from episodes that the environment judged
successful.

A collection is a folder whose ``conversations.jsonl`` holds one :class:`Conversation` a line.
"""

from __future__ import annotations

from embodied_codeact.instruct.conversations import ChatMessage, Conversation, read_conversations

__all__ = ["ChatMessage", "Conversation", "read_conversations"]
