"""Files: the JSON sidecar and the assets folder. No bpy."""
