using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Specifies the head to create: its outputs and their initial bias.</summary>
/// <param name="Settings">Settings of the model: channels of the pyramid levels, anchors per cell, initial probability.</param>
/// <param name="Prefix">Prefix of the tensor names, such as <c>head.classification_head.</c>.</param>
/// <param name="Outputs">Number of values predicted per anchor: one logit per class (plus one for the background of a softmax), or 4 box deltas.</param>
/// <param name="InitialBias">[outputs]: initial bias of the last layer.</param>
public sealed record HeadRequest(ModelSettings Settings, string Prefix, int Outputs, IReadOnlyList<double> InitialBias);
