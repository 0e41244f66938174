namespace RetinaSharp.Cli.Losses;

/// <summary>The losses of the elements of a file, without reduction, and their gradients.</summary>
/// <param name="Loss">Loss of each element, [n].</param>
/// <param name="Gradient">Gradient with respect to the logits: [n] for a binary loss, [n, classes] for a softmax loss.</param>
/// <param name="Classes">Number of classes of a softmax loss; null for a binary loss.</param>
internal sealed record LossValues(double[] Loss, double[] Gradient, int? Classes);
