using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the description of a model as text or JSON.</summary>
internal static class ModelReport
{
    /// <summary>Returns the lines of the text, each with a title and a value.</summary>
    public static IEnumerable<(string Title, string Value)> Lines(ModelDescription model)
    {
        var (settings, network, anchors) = (model.Settings, model.Settings.Model, model.Settings.Model.Anchors);
        yield return ("architecture", $"RetinaNet with {ResNetVariant.Create(network).Name} of width {network.Width}, norm {Name(network.Norm)}; "
            + $"{network.PyramidChannels} channels in pyramid and heads, {network.HeadConvolutions} convolutions in a head");
        yield return DetectionModelText.Classes(model.Categories);
        yield return DetectionModelText.Levels(anchors);
        yield return DetectionModelText.Anchors(anchors);
        yield return ("compatible with", Compatibility.Describe(settings));
        yield return DetectionModelText.Input(settings.Input);
        if (settings.Tile is { } tile)
            yield return DetectionModelText.Slices(tile);
        yield return ("loss", $"{Classification(settings.Loss)}, alpha {(settings.Loss is { HasAlpha: true, Alpha: { } alpha } ? $"{alpha}" : "off")}{Sampling(settings.Loss.Sampling)}; box loss {Name(settings.Loss.Box)}; normalized by {Normalizer(settings.Loss.Normalizer)}");
        yield return model.TrainingImages == 0
            ? ("imported from", model.TrainingData)
            : ("trained on", $"{model.TrainingData}: {model.TrainingImages} images, {model.Epochs} epochs, {model.Steps} steps of {settings.Training.EffectiveBatch}");
        yield return ("validation", model.ValidationAP is { } ap ? $"AP {MetricsReport.Format(ap)}" : "none");
    }

    /// <summary>Writes the description as properties of the current JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, ModelDescription model)
    {
        DetectionModelText.WriteClasses(writer, model.Categories);
        writer.WriteString("compat", Compatibility.Describe(model.Settings));
        writer.WriteString("training_data", model.TrainingData);
        writer.WriteNumber("training_images", model.TrainingImages);
        writer.WriteNumber("epochs", model.Epochs);
        writer.WriteNumber("steps", model.Steps);
        if (model.ValidationAP is { } ap)
            writer.WriteNumber("validation_ap", ap);
        else
            writer.WriteNull("validation_ap");
        // The settings have the format of config.json, so that they can be copied into such a file.
        writer.WritePropertyName("settings");
        writer.WriteRawValue(SettingsJson.Write(model.Settings));
    }

    private static string Classification(LossSettings loss) => loss.Classification switch
    {
        ClassificationLossKind.CrossEntropy => "cross entropy",
        ClassificationLossKind.SoftmaxFocal => $"softmax focal with background, gamma {loss.Gamma}",
        ClassificationLossKind.FocalStar => $"FL*, gamma {loss.Gamma}, beta {loss.StarBeta}",
        ClassificationLossKind.QualityFocal => $"quality focal, beta {loss.Gamma}",
        ClassificationLossKind.Varifocal => $"varifocal, gamma {loss.Gamma}",
        ClassificationLossKind.PolyFocal => $"Poly-1 focal, gamma {loss.Gamma}, epsilon {loss.PolyEpsilon}",
        ClassificationLossKind.Asymmetric => $"asymmetric, gamma {loss.PositiveGamma} and {loss.Gamma}, margin {loss.Margin}",
        ClassificationLossKind.EqualizedFocal => $"equalized focal, gamma {loss.Gamma} to {loss.Gamma + loss.EqualizedScale}",
        ClassificationLossKind.Seesaw => "seesaw with background",
        _ => $"focal, gamma {loss.Gamma}",
    };

    private static string Sampling(SamplingSettings sampling)
    {
        var ratio = sampling.Ratio is { } negatives ? $", {negatives} negatives per positive" : "";
        return sampling.Kind switch
        {
            SamplingKind.None => "",
            SamplingKind.Ohem => $", OHEM of {sampling.Batch} anchors after NMS at {sampling.NmsIouThreshold}{ratio}",
            SamplingKind.Ratio => $", random sample of {sampling.Batch} anchors{ratio}",
            _ => $", all positives and the hardest negatives{ratio}",
        };
    }

    private static string Normalizer(NormalizerKind kind) => kind switch
    {
        NormalizerKind.PerImage => "positive anchors per image",
        NormalizerKind.MovingAverage => "moving average of the positive anchors",
        _ => "positive anchors",
    };

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
