namespace RetinaSharp.Losses;

/// <summary>Value and derivative of any binary loss for one logit, in double precision: the reference for the vectorized code.</summary>
public static class BinaryLossExtensions
{
    /// <summary>Computes the loss of <c>x_t</c>, without α.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit"><c>x_t</c>, finite.</param>
    public static double Value<TLoss>(this TLoss loss, double logit) where TLoss : struct, IBinaryLoss
    {
        loss.Evaluate(logit, out var value, out _);
        return value;
    }

    /// <summary>Computes the derivative of the loss with respect to <c>x_t</c>, without α.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logit"><c>x_t</c>, finite.</param>
    public static double Derivative<TLoss>(this TLoss loss, double logit) where TLoss : struct, IBinaryLoss
    {
        loss.Evaluate(logit, out _, out var derivative);
        return derivative;
    }
}
