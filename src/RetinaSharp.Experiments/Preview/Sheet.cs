using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Preview;

/// <summary>A picture of a preview.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Picture">The picture.</param>
/// <param name="Description">Alternative text.</param>
internal sealed record Sheet(string Name, Image Picture, string Description);
