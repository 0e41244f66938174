using Microsoft.ML.OnnxRuntime;
using RetinaSharp.Boxes;
using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime;

/// <summary>The outputs of the heads for a batch, in the memory of ONNX Runtime. The tensors of several runs, each with some of the images, form one batch.</summary>
/// <param name="levels">The pyramid levels of the padded size of the batch.</param>
/// <param name="images">Number of images.</param>
/// <param name="classes">Number of categories.</param>
/// <param name="boxOutputs">Number of outputs of the regression head for an anchor.</param>
/// <param name="hasBackground">Whether the first logit of an anchor is that of the background, and scores are a softmax.</param>
internal sealed class RawOutput(IReadOnlyList<AnchorLevel> levels, int images, int classes, int boxOutputs, bool hasBackground) : IHeadOutput
{
    private readonly List<IDisposable> _runs = [];
    private readonly (OrtValue Logits, OrtValue Boxes, int Index)[] _images = new (OrtValue, OrtValue, int)[images];
    private readonly float[]?[] _sigmoidLogits = new float[]?[images];

    private int Anchors => levels[^1].Offset + levels[^1].Count;

    /// <inheritdoc/>
    public int LevelCount => levels.Count;

    /// <summary>Adds the outputs of a run. This object disposes them.</summary>
    /// <param name="outputs">Logits [n, anchors, outputs] and outputs of the regression head [n, anchors, outputs].</param>
    /// <param name="indices">Index in the batch of each of the n images.</param>
    /// <returns>Whether the tensors have the lengths that they should have.</returns>
    public bool TryAdd(IDisposableReadOnlyCollection<OrtValue> outputs, ReadOnlySpan<int> indices)
    {
        _runs.Add(outputs);
        if (outputs[0].GetTensorDataAsSpan<float>().Length != indices.Length * Anchors * (hasBackground ? classes + 1 : classes)
            || outputs[1].GetTensorDataAsSpan<float>().Length != indices.Length * Anchors * boxOutputs)
            return false;
        for (var i = 0; i < indices.Length; i++)
        {
            _images[indices[i]] = (outputs[0], outputs[1], i);
            if (hasBackground)
                _sigmoidLogits[indices[i]] = SigmoidLogits(Part(outputs[0], i));
        }

        return true;
    }

    /// <inheritdoc/>
    public LogitSpan Logits(int level, int image)
    {
        var logits = _sigmoidLogits[image] ?? Part(_images[image].Logits, _images[image].Index);
        return LogitSpan.FromSingle(logits.Slice(levels[level].Offset * classes, levels[level].Count * classes));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> BoxOutputs(int level, int image)
    {
        var boxes = Part(_images[image].Boxes, _images[image].Index);
        var outputs = boxes.Length / Anchors;
        return boxes.Slice(levels[level].Offset * outputs, levels[level].Count * outputs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var run in _runs)
            run.Dispose();
    }

    private static ReadOnlySpan<float> Part(OrtValue output, int image)
    {
        var elements = output.GetTensorDataAsSpan<float>();
        var length = elements.Length / (int)output.GetTensorTypeAndShape().Shape[0];
        return elements.Slice(image * length, length);
    }

    // The sigmoid of log(p / (1 - p)) is p, and p / (1 - p) is the class's share over that of all other outputs.
    private float[] SigmoidLogits(ReadOnlySpan<float> logits)
    {
        var converted = new float[logits.Length / (classes + 1) * classes];
        var powers = new double[classes + 1];
        for (var anchor = 0; anchor < logits.Length / (classes + 1); anchor++)
        {
            var row = logits.Slice(anchor * (classes + 1), classes + 1);
            var highest = row[0];
            foreach (var logit in row)
                highest = MathF.Max(highest, logit);
            var sum = 0.0;
            for (var i = 0; i < row.Length; i++)
                sum += powers[i] = Math.Exp(row[i] - highest);
            for (var i = 1; i < row.Length; i++)
            {
                var others = 0.0;
                if (powers[i] < .5 * sum)
                    others = sum - powers[i];
                else
                    for (var k = 0; k < row.Length; k++)
                        others += k == i ? 0 : powers[k];
                converted[(anchor * classes) + i - 1] = (float)Math.Log(powers[i] / others);
            }
        }

        return converted;
    }
}
