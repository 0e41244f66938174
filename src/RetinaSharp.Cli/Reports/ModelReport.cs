using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Cli.Reports;

/// <summary>What a model is, for people and as JSON.</summary>
internal static class ModelReport
{
    /// <summary>Titles and values.</summary>
    public static IEnumerable<(string Title, string Value)> Lines(ModelDescription model)
    {
        var (settings, network, anchors) = (model.Settings, model.Settings.Model, model.Settings.Model.Anchors);
        yield return ("architecture", $"RetinaNet on ResNet-{network.Depth} of width {network.Width}, norm {Name(network.Norm)}; "
            + $"{network.PyramidChannels} channels in pyramid and heads, {network.HeadConvolutions} convolutions in a head");
        yield return ("classes", string.Join(", ", model.Categories.Select(category => category.Name)));
        yield return ("levels", $"P{anchors.MinLevel} to P{anchors.MaxLevel}");
        yield return ("anchors", $"{anchors.BaseSize:0.###} strides x scales {Numbers(anchors.Scales)} x ratios {Numbers(anchors.Ratios)}");
        yield return ("agrees with", Compatibility.Describe(settings));
        yield return ("input", $"short side {settings.Input.Short}, long side up to {settings.Input.Long}");
        yield return ("loss", $"{Classification(settings.Loss)}, alpha {(settings.Loss.Alpha is { } alpha ? $"{alpha}" : "off")}{Sampling(settings.Loss.Sampling)}; boxes {Name(settings.Loss.Box)}; divided by {Normalizer(settings.Loss.Normalizer)}");
        yield return model.TrainingImages == 0
            ? ("imported from", model.TrainingData)
            : ("trained on", $"{model.TrainingData}: {model.TrainingImages} images, {model.Epochs} epochs, {model.Steps} steps of {settings.Training.EffectiveBatch}");
        yield return ("validation", model.ValidationAP is { } ap ? $"AP {ap:0.000}" : "none");
    }

    /// <summary>Writes the model as members of the object that is open.</summary>
    public static void Write(Utf8JsonWriter writer, ModelDescription model)
    {
        writer.WriteStartArray("classes");
        foreach (var category in model.Categories)
        {
            writer.WriteStartObject();
            writer.WriteString("category", category.Name);
            writer.WriteNumber("category_id", category.Id);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("compat", Compatibility.Describe(model.Settings));
        writer.WriteString("training_data", model.TrainingData);
        writer.WriteNumber("training_images", model.TrainingImages);
        writer.WriteNumber("epochs", model.Epochs);
        writer.WriteNumber("steps", model.Steps);
        if (model.ValidationAP is { } ap)
            writer.WriteNumber("validation_ap", ap);
        else
            writer.WriteNull("validation_ap");
        // Under the names of config.json, so that what is shown can be copied into one.
        writer.WritePropertyName("settings");
        writer.WriteRawValue(SettingsJson.Write(model.Settings));
    }

    private static string Classification(LossSettings loss) => loss.Classification switch
    {
        ClassificationLossKind.CrossEntropy => "cross entropy",
        ClassificationLossKind.SoftmaxFocal => $"focal of a softmax with background, gamma {loss.Gamma}",
        ClassificationLossKind.FocalStar => $"FL*, gamma {loss.Gamma}, beta {loss.StarBeta}",
        _ => $"focal, gamma {loss.Gamma}",
    };

    private static string Sampling(SamplingSettings sampling)
    {
        var ratio = sampling.Ratio is { } negatives ? $", {negatives} negatives for each positive" : "";
        return sampling.Kind switch
        {
            SamplingKind.None => "",
            SamplingKind.Ohem => $", OHEM of {sampling.Batch} anchors after suppression at {sampling.NmsIou}{ratio}",
            SamplingKind.Ratio => $", random sample of {sampling.Batch} anchors{ratio}",
            _ => $", all positives and the hardest negatives{ratio}",
        };
    }

    private static string Normalizer(NormalizerKind kind) => kind switch
    {
        NormalizerKind.PerImage => "the positive anchors of each image",
        NormalizerKind.MovingAverage => "a moving average of the positive anchors",
        _ => "the positive anchors",
    };

    private static string Numbers(IEnumerable<double> numbers) => string.Join(", ", numbers.Select(number => $"{number:0.###}"));

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
