"""One file per generation service, each behind the port in `core.provider`. No bpy."""
