namespace RetinaSharp.Experiments.Scenes;

/// <summary>Shapes of a scene: first the classes, in order, then those of distractors, which look similar.</summary>
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

    /// <summary>Shape of occluders.</summary>
    Capsule,
}
