namespace RetinaSharp.Detection.Training;

/// <summary>What keeps a batch size that <see cref="BatchSizeFinder"/> found from being larger.</summary>
public enum BatchSizeLimit
{
    /// <summary>The memory of the device.</summary>
    Memory,

    /// <summary>The size of the dataset: an epoch would have fewer than <see cref="BatchSizeFinder.MinStepsPerEpoch"/> steps.</summary>
    Dataset,

    /// <summary>The limit <see cref="BatchSizeFinder.MaxBatch"/>.</summary>
    Maximum,
}
