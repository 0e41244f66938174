using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Specifies the classification or regression head to create: settings, number of outputs and their initial bias.</summary>
/// <param name="Settings">Settings of the model, such as the channels of the pyramid levels and the number of anchors per cell.</param>
/// <param name="Prefix">Prefix of the tensor names, such as <c>head.classification_head.</c>.</param>
/// <param name="Outputs">Number of values predicted per anchor: one logit per class (plus one for the background of a softmax), or 4 box deltas.</param>
/// <param name="InitialBias">Initial bias of the last layer, [outputs].</param>
public sealed record HeadRequest(ModelSettings Settings, string Prefix, int Outputs, IReadOnlyList<double> InitialBias);
