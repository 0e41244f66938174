namespace RetinaSharp.Cli.Tests.Losses;

/// <summary>The textbook formulas of the losses, by probabilities: for logits close to 0.</summary>
internal static class ReferenceLoss
{
    /// <summary>Loss and derivative with respect to one logit.</summary>
    public static (double Loss, double Gradient) Binary(string kind, double x, double y, double? alpha, double gamma, double beta)
    {
        var (positive, negative) = (Term(x), Term(-x));
        var (positiveWeight, negativeWeight) = (y * (alpha ?? 1), (1 - y) * (1 - (alpha ?? 0)));
        return (positiveWeight * positive.Value + negativeWeight * negative.Value, positiveWeight * positive.Derivative - negativeWeight * negative.Derivative);

        (double Value, double Derivative) Term(double xt)
        {
            var p = 1 / (1 + Math.Exp(-xt));
            var star = 1 / (1 + Math.Exp(-(gamma * xt + beta)));
            return kind switch
            {
                "ce" => (-Math.Log(p), p - 1),
                "focal" => (-Math.Pow(1 - p, gamma) * Math.Log(p), Math.Pow(1 - p, gamma) * (gamma * p * Math.Log(p) + p - 1)),
                "focal-star" => (-Math.Log(star) / gamma, star - 1),
                _ => throw new ArgumentException(kind),
            };
        }
    }

    /// <summary>Softmax focal loss and its gradient: with g_i = α_i t_i (1-p_i)^(γ-1) (γ p_i log p_i + p_i - 1), dL/dz_j = g_j - p_j Σ g.</summary>
    public static (double Loss, double[] Gradient) Softmax(double[] z, double[] t, double[] alpha, double gamma)
    {
        var sum = z.Sum(Math.Exp);
        double[] p = [.. z.Select(one => Math.Exp(one) / sum)];
        double[] g = [.. p.Select((pi, i) => alpha[i] * t[i] * Math.Pow(1 - pi, gamma - 1) * (gamma * pi * Math.Log(pi) + pi - 1))];
        return (p.Select((pi, i) => -alpha[i] * t[i] * Math.Pow(1 - pi, gamma) * Math.Log(pi)).Sum(), [.. g.Select((gj, j) => gj - p[j] * g.Sum())]);
    }
}
