using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Inference;
using RetinaSharp.Onnx;
using RetinaSharp.Onnx.Quantization;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Exports a model, quantizes it, and measures AP before and after.</summary>
internal static class Int8Export
{
    /// <summary>Writes the quantized file.</summary>
    /// <param name="session">Output and cancellation.</param>
    /// <param name="model">Path of the model.</param>
    /// <param name="target">Path of the file to write.</param>
    /// <param name="options">Options of the export.</param>
    /// <param name="settings">The datasets, and options of the quantization.</param>
    /// <returns>The export, with the size of the quantized file, and what is reported about the quantization.</returns>
    public static (OnnxExportResult Export, Int8Report Report) Run(Session session, string model, string target, OnnxExportOptions options, Int8Settings settings)
    {
        var output = session.Output;
        var data = DataSource.Open(settings.Calibrate, settings.Reading, output);
        var check = settings.Check is { } path ? DataSource.Open(path, settings.Reading, output) : data;
        if (data.Images.Count == 0)
            throw new DatasetException(data.Source, "", "there are no images to calibrate on");
        var hasObjects = check.Images.Any(image => image.Annotations.Count > 0);
        if (options.Size is not null && settings.MaxApDrop is not null)
            throw new UsageException("--max-ap-drop needs --size dynamic");
        if (options.Size is not null)
            output.Warning("AP is not measured, because the size of the images is fixed; a model with dynamic sizes has the same network.");
        else if (!hasObjects)
            output.Warning($"AP is not measured, because {check.Source} has no objects; --check DATA measures it on labeled images.");
        var isMeasured = options.Size is null && hasObjects;
        if (isMeasured && settings.Check is null)
            output.Info($"AP is measured on {settings.Calibrate}, the calibration images included; --check DATA measures it on other images");

        var fp32 = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            var export = UsageException.Guard(() => OnnxExporter.Export(model, fp32, options));
            var quantization = settings.Quantization with
            {
                AccuracyBound = settings.MaxApDrop is { } drop ? new(check, drop) : null,
                OnImageError = error => output.Warning($"{error.Message}; skipped"),
            };
            // Before anything is written: the images may be corrupt, or have other classes.
            var before = isMeasured ? Evaluate(session, fp32, check, "fp32") : null;
            var images = data.Images.DistinctBy(image => image.Path).Select(image => ImageSource.FromFile(image.File));
            var result = ProgressDisplay.Run(output, "quantization", display => UsageException.Guard(
                () => OnnxQuantizer.Quantize(fp32, target, images, quantization, new Int8Progress(display), session.CancellationToken)));
            Int8Accuracy? accuracy = before is null ? null : new(settings.Check ?? settings.Calibrate, check.Images.Count, before, Evaluate(session, target, check, "int8"));
            return (export with { File = target, Bytes = result.Bytes }, new(result, accuracy));
        }
        finally
        {
            File.Delete(fp32);
        }
    }

    private static CocoMetrics Evaluate(Session session, string file, DetectionDataset groundTruth, string name)
    {
        using var detector = OnnxDetector.Load(file);
        return ProgressDisplay.Run(session.Output, $"evaluation of {name}", display => DatasetEvaluator.Evaluate(
            detector, groundTruth, imagesDone: new ImageProgress(display, groundTruth.Images.Count), cancellationToken: session.CancellationToken)).Metrics;
    }
}
