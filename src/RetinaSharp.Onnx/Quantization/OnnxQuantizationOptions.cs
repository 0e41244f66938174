using RetinaSharp.Imaging;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>Options for quantizing an exported model.</summary>
public sealed record OnnxQuantizationOptions
{
    /// <summary>Maximum number of calibration images, at least 1. They are spread evenly over the given ones.</summary>
    public int CalibrationImages { get; init; } = 64;

    /// <summary>Name of the calibration data for the metadata of the file, such as the name of a dataset; null: none.</summary>
    public string? CalibrationName { get; init; }

    /// <summary>
    /// Number of calibration images on which the error of the whole model and of each layer is measured; 0: no errors are measured. The fp32 outputs of these images are kept in
    /// memory: for 80 classes at 800 x 1333 pixels, 70 MB each. Each image costs a run of the network for each layer.
    /// </summary>
    public int SensitivityImages { get; init; } = 4;

    /// <summary>Names of layers to keep in fp32, as in <see cref="OnnxQuantizationResult.Layers"/>.</summary>
    public IReadOnlyCollection<string> KeepInFp32 { get; init; } = [];

    /// <summary>Number of layers to keep in fp32 in addition to <see cref="KeepInFp32"/>: the most sensitive ones.</summary>
    public int KeepMostSensitive { get; init; }

    /// <summary>Bound of the drop of AP; null: none, AP is not measured.</summary>
    public OnnxAccuracyBound? AccuracyBound { get; init; }

    /// <summary>
    /// Whether weights have 7 bits instead of 8. On x64 CPUs with AVX2 but without VNNI, ONNX Runtime sums pairs of products in int16, which saturates with 8 bits.
    /// </summary>
    public bool ReduceRange { get; init; }

    /// <summary>
    /// Smallest score that is useful, in [0, 1) and below the score threshold of the model. Lower scores become it, so that the score threshold must not be lowered
    /// below it later. 0: all scores are useful, and logits are less precise. Null: .01, or half the score threshold of the model if that is lower.
    /// </summary>
    public double? MinScore { get; init; }

    /// <summary>
    /// Called with the error of each calibration image that cannot be read; the image is then skipped. If null, or if no image can be read, the first such error is thrown.
    /// </summary>
    public Action<ImageException>? OnImageError { get; init; }

    /// <summary>Number of threads of ONNX Runtime; 0: one per CPU.</summary>
    public int Threads { get; init; }

    /// <summary>Largest magnitude of a quantized weight.</summary>
    internal int WeightLimit => ReduceRange ? 63 : 127;

    /// <summary>Checks that all options are in their ranges.</summary>
    /// <exception cref="ArgumentException">An option is out of its range. The message names it.</exception>
    public void Validate()
    {
        if (CalibrationImages < 1)
            throw new ArgumentException($"Calibration images {CalibrationImages}: must be 1 or more.");
        if (SensitivityImages < 0)
            throw new ArgumentException($"Sensitivity images {SensitivityImages}: must be 0 or more.");
        if (KeepMostSensitive < 0)
            throw new ArgumentException($"Most sensitive layers {KeepMostSensitive}: must be 0 or more.");
        if (SensitivityImages == 0 && (KeepMostSensitive > 0 || AccuracyBound is not null))
            throw new ArgumentException("Sensitivity images 0: must be 1 or more to find the most sensitive layers.");
        if (AccuracyBound is { MaxDrop: not (>= 0 and <= 1) })
            throw new ArgumentException($"Drop of AP {AccuracyBound.MaxDrop}: must be in [0, 1].");
        if (MinScore is not (null or (>= 0 and < 1)))
            throw new ArgumentException($"Smallest useful score {MinScore}: must be from 0 to below 1.");
        if (Threads < 0)
            throw new ArgumentException($"Threads {Threads}: must be 0 or more.");
    }
}
