namespace RetinaSharp.Experiments.Scenes;

/// <summary>The outlines of a scene. The first are the classes, in their order; the others look like them but are no objects.</summary>
internal enum Shape
{
    Disc,
    Ring,
    Square,
    Triangle,
    Cross,

    BrokenRing,
    HalfDisc,
    Ellipse,
    Bar,
    Corner,
    Tee,
    Frustum,

    /// <summary>Of what lies over objects.</summary>
    Capsule,
}
