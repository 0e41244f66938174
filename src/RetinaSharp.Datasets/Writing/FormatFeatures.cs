namespace RetinaSharp.Datasets.Writing;

/// <summary>What a format can hold besides boxes and class names.</summary>
[Flags]
internal enum FormatFeatures
{
    None = 0,

    /// <summary>Ids of images, annotations and classes.</summary>
    Ids = 1,

    /// <summary>The area of an object, other than that of its box.</summary>
    Areas = 2,

    /// <summary>The flag of crowds.</summary>
    Crowds = 4,

    /// <summary>The flag of objects that are hard to recognize.</summary>
    Difficult = 8,

    /// <summary>The list of classes: classes without boxes, and the order of the classes.</summary>
    ClassList = 16,

    /// <summary>Several classes with the same name.</summary>
    EqualClassNames = 32,

    /// <summary>Boxes that extend beyond their image.</summary>
    BoxesBeyondImages = 64,

    /// <summary>Images of unknown size.</summary>
    UnknownSizes = 128,

    /// <summary>Every character in class names.</summary>
    AnyClassName = 256,

    /// <summary>Boxes of negative width or height, which readers of formats with two corners in any order would swap.</summary>
    NegativeSizes = 512,
}
