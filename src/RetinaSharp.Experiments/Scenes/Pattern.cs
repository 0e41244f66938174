namespace RetinaSharp.Experiments.Scenes;

/// <summary>What repeats in a background.</summary>
internal enum Pattern
{
    None,
    Stripes,
    Waves,
    Checks,
    Bricks,
}
