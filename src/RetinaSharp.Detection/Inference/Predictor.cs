using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>A network with what stands before and after it: a batch of images in, detections out. Safe for concurrent callers while the weights rest.</summary>
internal sealed class Predictor(RetinaNet network, AnchorGenerator anchors, InferenceSettings settings, IReadOnlyList<Category> categories)
{
    private readonly Postprocessor _postprocessor = new(settings, categories);

    /// <summary>Detections of each image, by falling score, in the pixels of the original image.</summary>
    public IReadOnlyList<DetectedObject>[] Predict(ImageBatch batch) => Finish(Forward(batch), batch);

    /// <summary>The network's outputs, as the postprocessing reads them; they live until <see cref="Finish"/>.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="observe">Shown the outputs as the network gave them.</param>
    public LevelOutput[] Forward(ImageBatch batch, Action<LevelOutput[]>? observe = null)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var outputs = network.call(Preprocessing.Input(batch, network));
        observe?.Invoke(outputs);
        return [.. outputs.Select(_postprocessor.Prepare).Select(output => new LevelOutput(output.Logits.DetachFromDisposeScope(), output.Deltas.DetachFromDisposeScope()))];
    }

    /// <summary>Makes detections of the outputs, on any thread, and frees them.</summary>
    public IReadOnlyList<DetectedObject>[] Finish(LevelOutput[] outputs, ImageBatch batch)
    {
        try
        {
            return _postprocessor.Run(outputs, anchors.Generate(batch.Height, batch.Width), batch.Images);
        }
        finally
        {
            foreach (var output in outputs)
            {
                output.Logits.Dispose();
                output.Deltas.Dispose();
            }
        }
    }
}
