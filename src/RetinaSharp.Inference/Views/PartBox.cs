namespace RetinaSharp.Inference.Views;

/// <summary>Whether a box that was detected in a part of an image is a whole object.</summary>
internal enum PartBox
{
    /// <summary>The box is a whole object.</summary>
    Whole,

    /// <summary>The box is a piece of an object that an edge of this slice cuts. No slice contains the whole object.</summary>
    Cut,

    /// <summary>The box is a piece of an object at an edge of this slice. A neighboring slice contains the whole object.</summary>
    WholeInNeighbor,
}
