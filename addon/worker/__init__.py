"""The separate Python process that runs providers and writes the sidecar, and the messages to and from it. No bpy."""
