using RetinaSharp.Datasets;
using RetinaSharp.Inference;
using RetinaSharp.Onnx.Schema;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Finds how many of the most sensitive layers must stay in fp32 for a bound of the drop of AP. The number doubles, because each measurement runs the detector on the whole
/// dataset; with all layers in fp32 there is no drop, so that the search ends.
/// </summary>
/// <param name="fp32File">Path of the fp32 file.</param>
/// <param name="outFile">Path of the quantized file, beside which candidates are written.</param>
/// <param name="bound">The dataset and the bound.</param>
/// <param name="threads">Number of threads; 0: one per CPU.</param>
/// <param name="progress">Receives the progress.</param>
internal sealed class AccuracySearch(string fp32File, string outFile, OnnxAccuracyBound bound, int threads, IProgress<OnnxQuantizationProgress>? progress)
{
    /// <summary>Finds the layers to quantize, and the AP before and after.</summary>
    /// <param name="ranking">The layers by sensitivity.</param>
    /// <param name="kept">Number of the most sensitive layers to start with.</param>
    /// <param name="quantize">Creates the model with the given layers quantized.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public async Task<(HashSet<string> Quantized, OnnxQuantizationAccuracy Accuracy)> FindAsync(
        LayerRanking ranking, int kept, Func<IReadOnlySet<string>, ModelProto> quantize, CancellationToken cancellationToken)
    {
        var expected = await MeasureAsync(fp32File, cancellationToken).ConfigureAwait(false);
        // AP is -1 without objects.
        if (expected < 0)
            throw new DatasetException(bound.GroundTruth.Source, "", "has no objects, so that AP cannot be measured: use labeled images");
        while (true)
        {
            var layers = ranking.Quantized(kept);
            using var candidate = new CandidateFile(outFile, quantize(layers));
            var accuracy = new OnnxQuantizationAccuracy(expected, await MeasureAsync(candidate.Path, cancellationToken).ConfigureAwait(false));
            if (accuracy.Drop <= bound.MaxDrop || kept >= ranking.Count)
                return (layers, accuracy);
            kept = Math.Max(1, 2 * kept);
        }
    }

    private async Task<double> MeasureAsync(string file, CancellationToken cancellationToken)
    {
        using var detector = OnnxDetector.Load(file, new() { Threads = threads });
        var images = new StageProgress(progress, OnnxQuantizationStage.Evaluation, bound.GroundTruth.Images.Count);
        return (await DatasetEvaluator.EvaluateAsync(detector, bound.GroundTruth, imagesDone: images, cancellationToken: cancellationToken).ConfigureAwait(false)).Metrics.AP;
    }
}
