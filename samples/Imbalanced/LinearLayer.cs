using RetinaSharp.Losses;

namespace RetinaSharp.Samples.Imbalanced;

/// <summary>A linear layer with one output, trained by full-batch gradient descent.</summary>
internal sealed class LinearLayer
{
    private readonly float[] _weights = new float[Examples.Features];

    // As in a detector, the initial bias predicts a low probability for every example.
    private float _bias = (float)PriorProbability.Bias(.001);

    public static LinearLayer Train<TLoss>(TLoss loss, Examples examples, int steps, float rate) where TLoss : struct, IBinaryLoss
    {
        var layer = new LinearLayer();
        var (logits, gradient) = (new float[examples.Count], new float[examples.Count]);
        for (var step = 0; step < steps; step++)
        {
            layer.Forward(examples, logits);
            // The loss is the sum over all examples divided by the number of positives. Only its derivative by each logit is used here.
            SigmoidLoss.Evaluate(loss, logits, examples.Targets, gradient, new() { Reduction = Reduction.Positives });
            layer.Move(examples, gradient, rate);
        }

        return layer;
    }

    /// <summary>Computes the logit of each example.</summary>
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

        // Normalizes the gradient, so that each step has the length of the learning rate: the losses differ in scale, which would otherwise
        // change the effective learning rate.
        var length = Math.Sqrt(slope.Sum(part => part * part));
        for (var feature = 0; feature < _weights.Length; feature++)
            _weights[feature] -= (float)(rate * slope[feature] / length);
        _bias -= (float)(rate * slope[^1] / length);
    }
}
