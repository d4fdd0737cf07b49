"""What each hidden test demands, and the words of its exercise that promise it to students.

A test's words stand in the text above its exercise or in the docstring that students receive.
"""

PROMISES = {
    "ps1-shrinkage": {
        "whole_class_at_once": ["k and n of shape (6,)", "*other* classes and *other* priors"],
        "one_student_with_python_numbers": [
            "works for one student",
            "in whole numbers or floats",
        ],
        "no_bentos_at_all": ["n : number or array All bentos that were counted, 0 or more"],
        "many_priors_for_one_student": ["for an array of priors"],
        "weights_of_a_class": ["Arrays give one weight for each entry"],
        "no_data_and_much_data": ["with no bentos $w$ is 0, and with very many it comes close"],
        "shifts_of_a_class": ["Arrays give one shift for each entry"],
        "who_agrees_with_the_group_stays": ["positive when the group pulls"],
        "two_columns_of_points": [
            "exactly one marker for each student, at the height of the raw fraction",
            "There are no other markers in these two columns",
        ],
        "a_line_joins_each_pair": [
            "A straight line from $x = 0$ to $x = 1$",
            "a line at every height shows nothing, and earns nothing",
        ],
        "marker_area_grows_with_n": ["In both columns, the **area** of the marker grows"],
        "dashed_orange_line_at_the_prior_mean": [
            "A dashed orange horizontal line at the prior mean",
            "at least nine tenths of the way",
        ],
    },
    "ps2-student-model": {
        "choices_and_return_value": ['at the address `"theta"`', "The model returns the count"],
        "rates_come_from_the_population": ["The rate is drawn from Beta$(a, b)$"],
        "counts_follow_the_rates": ["many draws of rates and counts"],
        "log_densities": [
            "at the log density of given choices, also for rates close to 0 and to 1"
        ],
        "whole_numbers_are_accepted": ["may be whole numbers or floats"],
        "one_count_a_student": ["a whole number between 0 and *that* entry"],
        "each_student_draws_alone": ["independent of everybody else's", "classes of 20,000"],
        "n_belongs_to_its_student": ["one run of student_tonkatsu for each entry of n"],
        "simulate_population: the_key_decides": [
            "The same key gives the same class, and a different key gives a different one"
        ],
        "rates_near_both_ends": ["which may lie close to 0 or to 1"],
        "other_students": ["$k = 0$ of $n = 0$", "n : one number, 0 or more"],
        "as_many_as_asked_for": ["array of shape (num_samples,)", "whole numbers from 0 to $n$"],
        "distribution_of_counts": ["the rate is drawn anew for each", "with $n$ up to 900"],
        "prior_predictive: the_key_decides": [
            "The same key gives the same counts, and a different key different ones"
        ],
    },
    "ps3-learning-the-prior": {
        "small_numbers": ["Tonkatsu bentos, from 0 to n"],
        "large_numbers": ["Return its log"],
        "python_numbers_and_broadcasting": ["n : number or array"],
        "a_class": ["k and n of shape (6,) with numbers a and b give shape (6,)"],
        "probabilities_add_up": ["Log probability of k tonkatsu out of n bentos"],
        "many_populations_for_one_student": ["Arguments of several shapes broadcast"],
        "no_bento_and_one": ["All bentos that were counted, 0 or more"],
        "population_loglik: other_classes": ["one number for the whole class"],
        "a_class_of_one": ["arrays of shape (number of students,)"],
        "ordinary_log_weights": ["0 or more, adding up to 1"],
        "extreme_log_weights": ["They may all be near -1000, or near +1000"],
        "the_two_extremes": ["From 1 (one draw has all the weight) to m"],
        "uneven_weights": ["Everything else lies in between"],
        "infer_prior: other_classes": ["The posterior means (E[a], E[b])"],
        "other_boxes": ["How many candidates to draw, 1 or more", "The sides of the box"],
        "the_key_decides": ["The same key gives the same answer"],
    },
    "ps4-two-classrooms": {
        "mean_and_concentration": ["two numbers or two arrays"],
        "a_and_b": ["two numbers or two arrays"],
        "means": ["mu uniform, strictly between 0 and 1"],
        "concentrations": ["lam log-uniform between lam_low and lam_high"],
        "the_two_are_independent_and_follow_the_key": [
            "independent of each other",
            "The same key gives the same draws",
        ],
        "weights_of_other_classes": ["Normalised importance weights"],
        "a_large_class": ["weights that add up to 1"],
        "both_kinds_of_classroom": ["E[mu] and E[lam] given the class"],
        "other_bounds": ["do use `lam_low` and `lam_high`", "How many candidate populations"],
        "the_seed_decides": ["the same seed gives the same answer", "int, 1 or more"],
        "shrink: other_classes": ["A rate between 0 and 1 for each entry"],
        "one_student": ["k : number or array", "All bentos that were counted, 0 or more"],
        "students_who_are_alike": ['"alike" when lam is 1 or more'],
        "creatures_of_habit": ['else "different"'],
        "the_notebooks_two_classrooms": ["Passed on to infer_population"],
        "a_classroom_of_both": ["nearer to the group's mean $\\mu$"],
        "axis_labels_and_names": ["a logarithmic x axis", "with a label", "classroom's label"],
        "line_at_one": ["over at least a third of the height"],
        "each_posterior_lies_where_it_should": ["in a colour of its own", "*weighted* draws"],
    },
    "ps5-real-data": {
        "no_pooling": ["each student alone"],
        "complete_pooling": ["all on one heap, a copy for each student"],
        "partial_pooling": ["the posterior means under the population"],
        "a_class_of_two_and_a_population_of_habit": ["every n is at least 1", "lam > 0"],
        "other_predictions": ["The sum over students"],
        "a_certain_prediction_that_is_contradicted": ["-inf if a rate of 0 or 1 was contradicted"],
        "a_certain_prediction_that_is_borne_out": ["adds $\\log 1 = 0$"],
        "nothing_came_later": ["n_later may be 0", "no later bento adds 0"],
        "a_row_for_each_class_and_a_column_for_each_student": ["array of shape (num_replicates"],
        "counts_scatter_as_those_of_new_students": ["every student first draws a rate"],
        "everybody_draws_alone": ["New students each time", "of their own"],
        "the_key_decides": ["The same key gives the same classes"],
        "values_as_large_as_the_observed_one_count": ["at least as large as the observed one"],
        "none_all_and_whole_numbers": ["A share between 0 and 1"],
    },
}
