namespace RetinaSharp.Detection.Assignment;

/// <summary>Creates the built-in assigners.</summary>
public static class Assigner
{
    /// <summary>Creates the assigner that settings describe.</summary>
    /// <param name="settings">Kind and parameters.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static IAssigner Create(AssignerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Kind switch
        {
            AssignerKind.Iou => new IouAssigner(settings),
            AssignerKind.Atss => new AtssAssigner(settings),
            AssignerKind.Center => new CenterAssigner(settings),
            AssignerKind.TaskAligned => new TaskAlignedAssigner(settings),
            AssignerKind.SimOta => new SimOtaAssigner(settings),
            _ => throw new ArgumentException($"{nameof(settings.Kind)} {settings.Kind}: it must be one of {string.Join(", ", Enum.GetNames<AssignerKind>())}", nameof(settings)),
        };
    }

    /// <summary>
    /// Creates the assigner that settings describe or, if that assigner uses the network's predictions, ATSS: for previews and statistics of the data, which
    /// have no predictions.
    /// </summary>
    /// <param name="settings">Kind and parameters.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static IAssigner CreateWithoutPredictions(AssignerSettings settings) =>
        Create((settings ?? throw new ArgumentNullException(nameof(settings))).WithoutPredictions());
}
