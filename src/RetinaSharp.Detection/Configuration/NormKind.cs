namespace RetinaSharp.Detection.Configuration;

/// <summary>Kind of the backbone's normalization layers.</summary>
public enum NormKind
{
    /// <summary>Batch norm with fixed statistics, for fine-tuning pretrained weights.</summary>
    Frozen,

    /// <summary>Batch norm that is trained; needs batches of at least eight images.</summary>
    Batch,

    /// <summary>Group norm; independent of the batch size.</summary>
    Group,
}
