namespace RetinaSharp.Experiments.Scenes;

/// <summary>Patterns of a scene's background.</summary>
internal enum Pattern
{
    None,
    Stripes,
    Waves,
    Checks,
    Bricks,
}
