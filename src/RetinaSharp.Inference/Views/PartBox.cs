namespace RetinaSharp.Inference.Views;

/// <summary>What a box that was detected in a part of an image shows.</summary>
internal enum PartBox
{
    /// <summary>A whole object.</summary>
    Whole,

    /// <summary>A piece of an object that continues beyond a border of this slice, and fits into no slice.</summary>
    Cut,

    /// <summary>A piece of an object at a border of this slice, which the next slice shows as a whole.</summary>
    SeenBetterElsewhere,
}
