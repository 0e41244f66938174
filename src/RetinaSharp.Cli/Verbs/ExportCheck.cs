using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Inference;
using RetinaSharp.Kernels;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Compares an exported model in ONNX Runtime with the model in LibTorch, in fp32.</summary>
/// <param name="model">The model that was exported.</param>
/// <param name="file">The exported file.</param>
/// <param name="images">Image files to compare on; empty: synthetic scenes.</param>
internal sealed class ExportCheck(string model, string file, IReadOnlyList<string> images)
{
    // Rounding differs between the engines; a pair of candidates with nearly the same score or IoU may be decided differently.
    private const double ScoreTolerance = 1e-3, BoxTolerance = .5;
    private const double MaxUnmatched = .05;
    private const double MaxThreshold = .01;
    private const int Scenes = 4;

    /// <summary>Runs both models and reports the largest difference.</summary>
    /// <returns>Whether they agree; null: they could not be compared.</returns>
    public bool? Run(Session session)
    {
        var description = OnnxDetector.Describe(file);
        var input = description.Model.Input;
        if (description.Size is { } size && !(input.Stretches && size == (input.Short, input.Short)))
        {
            session.Output.Warning($"{file}: not checked, because the size of its images is fixed; a model with dynamic sizes has the same network.");
            return null;
        }

        // Untrained and weak models have low scores only.
        var threshold = Math.Min(MaxThreshold, description.Model.Inference.ScoreThreshold);
        try
        {
            using var exported = OnnxDetector.Load(file, new() { ScoreThreshold = threshold });
            using var original = Detector.Load(model, new()
            {
                Precision = Precision.Fp32,
                ScoreThreshold = threshold,
                Suppression = description.Model.Inference.Suppression,
                NmsIouThreshold = description.Model.Inference.NmsIouThreshold,
                MaxDetections = description.Model.Inference.MaxDetections,
            });
            var difference = ProgressDisplay.Run(session.Output, "check", display => Compare(original, exported, threshold, display, session.CancellationToken));
            return Report(session.Output, difference);
        }
        catch (TorchUnavailableException error)
        {
            session.Output.Warning($"{file}: not checked against LibTorch. {error.Message}");
            return null;
        }
    }

    private DetectionDifference Compare(Detector original, OnnxDetector exported, double threshold, ProgressDisplay display, CancellationToken cancellationToken)
    {
        ImageSource[] sources = images.Count > 0 ? [.. images.Select(path => (ImageSource)path)] : [.. Enumerable.Range(0, Scenes).Select(i => (ImageSource)new SceneGenerator().Draw("check", i).Image)];
        var total = DetectionDifference.None;
        foreach (var source in sources)
        {
            var (expected, found) = (original.DetectAsync(source, cancellationToken).GetAwaiter().GetResult(), exported.DetectAsync(source, cancellationToken).GetAwaiter().GetResult());
            // Which of the detections with nearly the lowest score are among the maximum number depends on rounding.
            var lowest = expected.Count == exported.Description.Model.Inference.MaxDetections ? expected[^1].Score : threshold;
            total = total.Add(DetectionDifference.Of(expected, found, lowest, ScoreTolerance, BoxTolerance));
            display.Show(total.Images, sources.Length, $"check: {total.Images} of {sources.Length} images");
        }

        return total;
    }

    private bool Report(Output output, DetectionDifference difference)
    {
        var text = $"{difference.Detections} detections in {difference.Images} images, {difference.Unmatched} unmatched; scores differ by up to {difference.ScoreDifference:0.#e-0}, boxes by {difference.BoxDifference:0.#e-0} px";
        if (difference.Unmatched <= MaxUnmatched * difference.Detections)
        {
            output.Info($"checked in ONNX Runtime: {text}");
            return true;
        }

        output.Error($"{file}: its detections in ONNX Runtime differ from the model's in LibTorch ({text}). Do not use it; this is a bug of the export or of an engine.");
        return false;
    }
}
