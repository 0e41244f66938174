using RetinaSharp.Boxes;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Assignment;

/// <summary>Reads the network's outputs for one image of a batch by anchor. Decodes boxes on demand.</summary>
internal sealed class NetworkPredictions : AnchorPredictions
{
    private readonly LevelOutput[] _outputs;
    private readonly AnchorGrid _anchors;
    private readonly BoxHeadOutputs _boxHead;
    private readonly int _image;

    private NetworkPredictions(LevelOutput[] outputs, AnchorGrid anchors, BoxHeadOutputs boxHead, int image) =>
        (_outputs, _anchors, _boxHead, _image) = (outputs, anchors, boxHead, image);

    /// <summary>Creates the predictions of each image of a batch. The tensors they read live in the caller's dispose scope.</summary>
    /// <param name="outputs">The network's outputs, finest level first, of any data type and device.</param>
    /// <param name="anchors">The anchors for the padded size of the batch.</param>
    /// <param name="boxHead">How boxes are decoded.</param>
    /// <param name="images">Number of images.</param>
    public static NetworkPredictions[] Create(IReadOnlyList<LevelOutput> outputs, AnchorGrid anchors, BoxHeadOutputs boxHead, int images)
    {
        LevelOutput[] readable = [.. outputs.Select(output => new LevelOutput(Readable(output.Logits), Readable(output.BoxOutputs)))];
        return [.. Enumerable.Range(0, images).Select(image => new NetworkPredictions(readable, anchors, boxHead, image))];
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Logits(int anchor)
    {
        var level = LevelOf(anchor);
        return Row(_outputs[level].Logits, level, anchor);
    }

    /// <inheritdoc/>
    public override Box Box(int anchor)
    {
        var level = LevelOf(anchor);
        return _boxHead.Decode(_anchors.Boxes[anchor], 1 << _anchors.Levels[level].Level, Row(_outputs[level].BoxOutputs, level, anchor));
    }

    /// <summary>Decodes the boxes of all anchors, [anchors].</summary>
    public void Decode(Span<Box> boxes)
    {
        foreach (var (level, anchors) in _anchors.Levels.Index())
        {
            var outputs = _outputs[level].BoxOutputs.Elements<float>().Slice(_image * anchors.Count * _boxHead.Count, anchors.Count * _boxHead.Count);
            for (var i = 0; i < anchors.Count; i++)
                boxes[anchors.Offset + i] = _boxHead.Decode(_anchors.Boxes[anchors.Offset + i], 1 << anchors.Level, outputs.Slice(i * _boxHead.Count, _boxHead.Count));
        }
    }

    private static Tensor Readable(Tensor output) => output.detach().to(ScalarType.Float32, CPU).contiguous();

    private int LevelOf(int anchor)
    {
        var level = 0;
        while (anchor >= _anchors.Levels[level].Offset + _anchors.Levels[level].Count)
            level++;
        return level;
    }

    private ReadOnlySpan<float> Row(Tensor output, int level, int anchor)
    {
        var (count, width) = (_anchors.Levels[level].Count, (int)output.shape[2]);
        return output.Elements<float>().Slice((_image * count + anchor - _anchors.Levels[level].Offset) * width, width);
    }
}
