namespace RetinaSharp.Detection.Configuration;

/// <summary>Normalisation of the backbone.</summary>
public enum NormKind
{
    /// <summary>Batch norm with fixed statistics, as when starting from trained weights.</summary>
    Frozen,

    /// <summary>Batch norm that is trained; wants batches of eight and more.</summary>
    Batch,

    /// <summary>Group norm; does not depend on the batch.</summary>
    Group,
}
