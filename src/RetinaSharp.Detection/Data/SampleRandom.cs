namespace RetinaSharp.Detection.Data;

/// <summary>
/// Creates the random generators of one training sample. Every augmentation has a generator of its own, so that changing the settings of one does not change
/// the draws of the others.
/// </summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Sample">Index of the sample in the run.</param>
/// <param name="Role">What an additional image is in the sample, such as "mixup"; null for the image that the sample is of.</param>
internal readonly record struct SampleRandom(long Seed, long Sample, string? Role = null)
{
    /// <summary>Creates the generator of an augmentation.</summary>
    public RandomStream For(string augmentation) => new(Seed, Role is null ? augmentation : $"{augmentation} of {Role}", Sample);

    /// <summary>Returns the generators of an additional image of the sample.</summary>
    public SampleRandom OfImage(string role) => this with { Role = role };
}
