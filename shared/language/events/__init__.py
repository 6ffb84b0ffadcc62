"""The published language: every event that crosses a service border, one package per producer.

An event's wire type is `presales.<context>.<entity>.<participle>.v<major>`. Within a major version fields are only
added, never removed or re-typed; consumers ignore fields that they do not know.
"""
