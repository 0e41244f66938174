namespace RetinaSharp.AspNetCore.Detection;

/// <summary>A detection of a response.</summary>
/// <param name="Class">Class index, from 0.</param>
/// <param name="Label">Name of the class.</param>
/// <param name="CategoryId">Id of the class in the training data.</param>
/// <param name="Score">Score in (0, 1].</param>
/// <param name="Box">x1, y1, x2, y2 in pixels of the image.</param>
internal sealed record DetectionItem(int Class, string Label, long CategoryId, float Score, float[] Box);
