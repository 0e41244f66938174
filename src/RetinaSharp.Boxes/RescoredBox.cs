namespace RetinaSharp.Boxes;

/// <summary>A box that Soft-NMS selected.</summary>
/// <param name="Index">Index of the box in the input.</param>
/// <param name="Score">Its score after the decay.</param>
public readonly record struct RescoredBox(int Index, float Score);
