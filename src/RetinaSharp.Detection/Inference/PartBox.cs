namespace RetinaSharp.Detection.Inference;

/// <summary>What a box that was found in a part of an image is of.</summary>
internal enum PartBox
{
    /// <summary>A whole object.</summary>
    Whole,

    /// <summary>A piece of an object that no tile can hold, as it goes on over a border of this one.</summary>
    Cut,

    /// <summary>What ends at a border of this tile, and so lies in the next one, with what is behind the border.</summary>
    SeenBetterElsewhere,
}
