namespace RetinaSharp.Losses.Loops;

/// <summary>What the loop over memory writes.</summary>
internal enum LossOutput
{
    /// <summary>The derivative by each logit.</summary>
    Gradient,

    /// <summary>The loss of each logit.</summary>
    Values,

    /// <summary>Nothing: the sum is wanted alone.</summary>
    Nothing,
}
