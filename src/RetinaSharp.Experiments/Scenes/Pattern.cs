namespace RetinaSharp.Experiments.Scenes;

/// <summary>Pattern of a background.</summary>
internal enum Pattern
{
    None,
    Stripes,
    Waves,
    Checks,
    Bricks,
}
