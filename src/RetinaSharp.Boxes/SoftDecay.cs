namespace RetinaSharp.Boxes;

/// <summary>How Soft-NMS lowers the score of a box that overlaps a selected box (Bodla, Singh, Chellappa, Davis, arXiv 1704.04503).</summary>
public readonly record struct SoftDecay
{
    private readonly bool _isGaussian;
    private readonly float _parameter;

    private SoftDecay(bool isGaussian, float parameter) => (_isGaussian, _parameter) = (isGaussian, parameter);

    /// <summary>Multiplies the score by 1 − IoU if the IoU exceeds a threshold, the paper's equation for linear decay.</summary>
    /// <param name="threshold">IoU threshold, in [0, 1]; .3 in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is out of its range.</exception>
    public static SoftDecay Linear(float threshold) =>
        threshold is >= 0 and <= 1 ? new(false, threshold) : throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The IoU threshold must be in [0, 1].");

    /// <summary>Multiplies the score by exp(−IoU² / σ), whatever the IoU.</summary>
    /// <param name="sigma">σ, above 0; .5 in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">σ is not a number above 0.</exception>
    public static SoftDecay Gaussian(float sigma) =>
        float.IsFinite(sigma) && sigma > 0 ? new(true, sigma) : throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "Sigma must be a number above 0.");

    /// <summary>Returns the factor of the score, in [0, 1]; 1 for an IoU of NaN.</summary>
    /// <param name="iou">IoU with the selected box.</param>
    public float Factor(float iou)
    {
        if (!_isGaussian)
            return iou > _parameter ? 1 - iou : 1;
        // Most boxes do not overlap; they need no exponential.
        return iou > 0 ? MathF.Exp(-(iou * iou) / _parameter) : 1;
    }
}
