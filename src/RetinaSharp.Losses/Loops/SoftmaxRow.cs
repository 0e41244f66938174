namespace RetinaSharp.Losses.Loops;

/// <summary>Evaluates one row with a weight per class in double precision: <c>Σ_i w_i L(t_i)</c> and its gradient.</summary>
/// <param name="loss">The loss.</param>
/// <param name="memory">Scratch memory of at least <see cref="Length"/> elements.</param>
/// <param name="classes">Number of classes.</param>
internal readonly ref struct SoftmaxRow<TLoss>(TLoss loss, double[] memory, int classes) where TLoss : struct, IBinaryLoss
{
    private readonly Span<double> _exponentials = memory.AsSpan(3 * classes, classes);

    /// <summary>The logits.</summary>
    public Span<double> Logits { get; } = memory.AsSpan(0, classes);

    /// <summary>Weights of the classes; a class with weight 0 is not evaluated.</summary>
    public Span<double> Weights { get; } = memory.AsSpan(classes, classes);

    /// <summary>Receives the gradient with respect to the logits.</summary>
    public Span<double> Gradient { get; } = memory.AsSpan(2 * classes, classes);

    /// <summary>Number of scratch elements for a row.</summary>
    public static int Length(int classes) => 4 * classes;

    /// <summary>Returns the loss and writes its gradient to <see cref="Gradient"/>.</summary>
    public double Evaluate()
    {
        var (best, second) = (0, 1);
        for (var i = 1; i < Logits.Length; i++)
        {
            if (Logits[i] > Logits[best])
                (best, second) = (i, best);
            else if (i == 1 || Logits[i] > Logits[second])
                second = i;
        }

        // The greatest logit is compared with the sum of the others, computed relative to the second greatest. Every other class's sum
        // contains the greatest, so that subtracting the class's own term from the total loses no precision.
        double others = 0, all = 0;
        for (var i = 0; i < Logits.Length; i++)
        {
            _exponentials[i] = Math.Exp(Logits[i] - Logits[best]);
            all += _exponentials[i];
            if (i != best)
                others += Math.Exp(Logits[i] - Logits[second]);
        }

        double value = 0, common = 0, bestDerivative = 0;
        for (var i = 0; i < Logits.Length; i++)
        {
            Gradient[i] = 0;
            if (Weights[i] == 0)
                continue;
            var rest = all - _exponentials[i];
            var logit = i == best ? Logits[best] - Logits[second] - Math.Log(others) : Logits[i] - Logits[best] - Math.Log(rest);
            loss.Evaluate(logit, out var one, out var derivative);
            value += Weights[i] * one;
            derivative *= Weights[i];
            Gradient[i] = derivative;
            if (i == best)
            {
                bestDerivative = derivative;
                continue;
            }

            common += derivative / rest;
            // The update below subtracts the common term from every class; a class's own part is added back here.
            Gradient[i] += derivative / rest * _exponentials[i];
        }

        for (var i = 0; i < Logits.Length; i++)
            Gradient[i] -= _exponentials[i] * common + (i == best ? 0 : bestDerivative * Math.Exp(Logits[i] - Logits[second]) / others);
        return value;
    }
}
