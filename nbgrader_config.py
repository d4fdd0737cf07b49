from course_config import configure

configure(get_config())
