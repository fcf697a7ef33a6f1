"""Everything that touches bpy: operators, panels, properties, handlers, the pump and the timeline."""
