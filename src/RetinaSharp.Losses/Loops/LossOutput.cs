namespace RetinaSharp.Losses.Loops;

/// <summary>What the loss loop writes.</summary>
internal enum LossOutput
{
    /// <summary>The gradient with respect to each logit.</summary>
    Gradient,

    /// <summary>The loss of each logit.</summary>
    Values,

    /// <summary>Nothing: only the sum is needed.</summary>
    None,
}
