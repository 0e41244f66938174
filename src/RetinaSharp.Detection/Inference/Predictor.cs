using RetinaSharp.Annotations;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>A network with what stands before and after it: a batch of images in, detections out. Safe for concurrent callers while the weights rest.</summary>
internal sealed class Predictor(RetinaNet network, AnchorGenerator anchors, InferenceSettings settings, IReadOnlyList<Category> categories)
{
    private readonly Postprocessor _postprocessor = new(settings, categories);

    /// <summary>Detections of each image, by falling score, in the pixels of the original image.</summary>
    public IReadOnlyList<Detection>[] Predict(ImageBatch batch)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var input = Preprocessing.Input(batch, network);
        return _postprocessor.Run(network.Forward(input), anchors.Generate(batch.Height, batch.Width), batch.Images);
    }
}
