using RetinaSharp.Losses;

namespace RetinaSharp.Samples.Imbalanced;

/// <summary>One linear layer, trained by gradient descent on all examples at a time.</summary>
internal sealed class LinearLayer
{
    private readonly float[] _weights = new float[Examples.Features];

    // As in a detector: at first everything is taken for background.
    private float _bias = (float)PriorProbability.Bias(.001);

    public static LinearLayer Train<TLoss>(TLoss loss, Examples examples, int steps, float rate) where TLoss : struct, IBinaryLoss
    {
        var layer = new LinearLayer();
        var (logits, gradient) = (new float[examples.Count], new float[examples.Count]);
        for (var step = 0; step < steps; step++)
        {
            layer.Forward(examples, logits);
            // All there is to a loss: the sum over the positives, and its derivative by each logit.
            SigmoidLoss.Evaluate(loss, logits, examples.Targets, gradient, new() { Reduction = Reduction.Positives });
            layer.Move(examples, gradient, rate);
        }

        return layer;
    }

    /// <summary>A logit for each example.</summary>
    public void Forward(Examples examples, Span<float> logits)
    {
        for (var i = 0; i < logits.Length; i++)
        {
            var input = examples.Inputs.AsSpan(i * Examples.Features, Examples.Features);
            var sum = _bias;
            for (var feature = 0; feature < input.Length; feature++)
                sum += _weights[feature] * input[feature];
            logits[i] = sum;
        }
    }

    private void Move(Examples examples, ReadOnlySpan<float> gradient, float rate)
    {
        var slope = new double[Examples.Features + 1];
        for (var i = 0; i < gradient.Length; i++)
        {
            var input = examples.Inputs.AsSpan(i * Examples.Features, Examples.Features);
            for (var feature = 0; feature < input.Length; feature++)
                slope[feature] += gradient[i] * input[feature];
            slope[^1] += gradient[i];
        }

        // A step of one length, however steep: the losses differ in size, and are not to differ in speed.
        var length = Math.Sqrt(slope.Sum(part => part * part));
        for (var feature = 0; feature < _weights.Length; feature++)
            _weights[feature] -= (float)(rate * slope[feature] / length);
        _bias -= (float)(rate * slope[^1] / length);
    }
}
