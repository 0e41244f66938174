namespace RetinaSharp.Experiments.Scenes;

/// <summary>
/// The shapes of a scene: first those of objects, which are the classes in order, then those of distractors, which look similar, then that of occluders.
/// </summary>
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

    /// <summary>The shape of occluders.</summary>
    Capsule,
}
